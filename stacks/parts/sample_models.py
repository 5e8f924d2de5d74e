"""The small models that come with the collection, packed the way that SageMaker takes models."""

import atexit
import gzip
import hashlib
import shutil
import tarfile
import tempfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from aws_cdk import AssetHashType
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from ml_constructs.sagemaker.inference.models.artifacts import AssetArtifact

ROOT = Path(__file__).parents[2] / "samples" / "models"
NOTES = ".md"
"""What ends so is for readers, and not part of a model."""


def sample_artifact(scope: Construct, construct_id: str, name: str, *, root: Path = ROOT) -> AssetArtifact:
    """The sample model ``name`` as an archive that travels with the stack.

    Args:
        scope: Where the asset is defined.
        construct_id: Its id there.
        name: Of its folder below ``samples/models``.
        root: Where such folders are.

    Raises:
        ValueError: A model that doesn't exist.
    """
    known = sorted(path.name for path in root.iterdir() if path.is_dir())
    if name not in known:
        raise ValueError(f"sample model must be one of {', '.join(known) or 'none'}, got {name!r}")
    path, digest = pack(root / name)
    # By content: compression may differ between machines.
    asset = s3_assets.Asset(scope, construct_id, path=str(path), asset_hash=digest, asset_hash_type=AssetHashType.CUSTOM)
    return AssetArtifact(asset)


def pack(folder: Path) -> tuple[Path, str]:
    """Packs what is in ``folder``, notes left out: the same files make the same archive, whenever and whoever packs them.

    Returns:
        The archive, and the SHA-256 of its names and contents.
    """
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != NOTES and "__pycache__" not in path.parts)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    target = Path(_workspace(), digest.hexdigest(), "model.tar.gz")
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            tar.addfile(entry, BytesIO(files[name]))
    return target, digest.hexdigest()


@lru_cache(maxsize=1)
def _workspace() -> str:
    folder = tempfile.mkdtemp(prefix="ml-samples-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
