"""The project keeps its shape: rooms, mirrors, arrows, purity and sizes."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stacks.catalogue import CATALOGUE

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "constructs" / "ml_constructs"
SOURCES = ("constructs", "stacks", "lambda", "blueprints")
# Modules that synthesis must not use: it knows no account, network, clock or chance.
IMPURE = {
    *("boto3", "botocore", "http", "random", "requests", "secrets", "socket", "ssl", "subprocess", "time", "urllib", "urllib3", "uuid"),
}
IMPURE_NAMES = {"os.environ", "os.getenv", "datetime.now", "datetime.utcnow", "date.today", "datetime.today"}
LONGEST_CONSTRUCT_FILE, LONGEST_INIT, LONGEST_FUNCTION, MOST_ARGUMENTS = 150, 60, 70, 7
# What the tiers of the library may use besides themselves.
SHARED_TIERS = {"foundation", "operations"}


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The modules that a file imports, those for type checkers among them."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))


def lines(node: ast.FunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def handler_packages() -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(ROOT.glob("lambda/*/__init__.py"))}


def runnable(package: Path) -> bool:
    return (package / "handler.py").is_file()


@pytest.mark.parametrize("root", ["constructs", "lambda"])
def test_source_roots_are_no_packages(root: str) -> None:
    assert not (ROOT / root / "__init__.py").exists()
    assert [path.name for path in (ROOT / root).glob("*.py")] == []


def mirror(path: Path) -> Path:
    """Where the tests of a module are."""
    root, *rooms, name = path.relative_to(ROOT).parts
    if root == "lambda":
        return ROOT / "tests" / "lambda" / f"test_{rooms[0]}.py"
    rooms = rooms[1:] if root == "constructs" else rooms
    return ROOT.joinpath("tests", root, *rooms, f"test_{name.removeprefix('_')}")


def test_every_module_has_its_tests() -> None:
    doors = ("__init__.py", "__main__.py")  # packages are tested through their modules
    modules = [path for source in SOURCES for path in python_files(ROOT / source) if path.name not in doors]
    assert len(modules) > 100
    assert sorted({relative(mirror(path)) for path in modules if not mirror(path).is_file()}) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_blueprint_has_everything_that_belongs_to_it(name: str) -> None:
    entry = CATALOGUE[name]
    needed = [
        ROOT / f"{entry.module.replace('.', '/')}.py",
        ROOT / "docs" / "blueprints" / f"{name}.md",
        ROOT / "settings" / name / "minimal.yaml",
        ROOT / "settings" / name / "comprehensive.yaml",
    ]
    assert [relative(path) for path in needed if not path.is_file()] == []
    assert name in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert name in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_sample_of_a_blueprint_has_a_snapshot(name: str) -> None:
    stored = [relative(path) for path in (ROOT / "tests").rglob("*.json") if "__snapshots__" in path.parts]
    samples = [path.stem for path in sorted((ROOT / "settings" / name).glob("*.yaml"))]
    patterns = {sample: re.compile(rf"{name.replace('-', '.')}.*{sample}") for sample in samples}
    assert [sample for sample, pattern in patterns.items() if not any(map(pattern.search, stored))] == []


def test_the_library_knows_nothing_of_what_is_built_on_it() -> None:
    above = ("stacks", "blueprints", "app", "tests", "pydantic", "typer", "rich")
    wrong = [(relative(path), name) for path in python_files(LIBRARY) for name in imported(path) if name.split(".")[0] in above]
    assert wrong == []


def test_tiers_of_the_library_do_not_know_each_other() -> None:
    wrong = []
    for path in python_files(LIBRARY):
        own = path.relative_to(LIBRARY).parts[0]
        others = {name.split(".")[1] for name in imported(path) if name.startswith("ml_constructs.")} & {
            folder.name for folder in LIBRARY.iterdir() if folder.is_dir()
        }
        allowed = {own} if own == "foundation" else SHARED_TIERS | {own}
        wrong += [(relative(path), tier) for tier in others - allowed if (LIBRARY / own).is_dir()]
    assert wrong == []


def test_stacks_do_not_know_each_other() -> None:
    blueprints = {entry.module for entry in CATALOGUE.values()}
    wrong = [
        (relative(path), name)
        for path in python_files(ROOT / "stacks")
        for name in imported(path)
        if name in blueprints or name.split(".")[0] in ("blueprints", "app", "tests")
    ]
    assert wrong == []


def test_handlers_know_nothing_of_the_cdk_and_only_shared_packages_of_each_other() -> None:
    packages = handler_packages()
    private = {name for name, folder in packages.items() if runnable(folder)}
    above = {"aws_cdk", "constructs", "ml_constructs", "stacks", "blueprints", "app", "cdk_nag"}
    wrong = []
    for name, folder in packages.items():
        for path in python_files(folder):
            roots = {module.split(".")[0] for module in imported(path)}
            wrong += [(relative(path), root) for root in roots & ((private - {name}) | above)]
    assert wrong == []


@pytest.mark.parametrize("folder", [LIBRARY, ROOT / "stacks"], ids=["constructs", "stacks"])
def test_synthesis_is_pure(folder: Path) -> None:
    wrong = []
    for path in python_files(folder):
        wrong += [(relative(path), name) for name in imported(path) if name.split(".")[0] in IMPURE]
        used = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        wrong += [(relative(path), name) for name in used if name.removeprefix("datetime.") in IMPURE_NAMES]
    assert wrong == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = [str(ROOT), *(f"/{name}/" for name in ("root", "home", "Users"))]
    wrong = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [(relative(path), place) for place in places if re.search(rf"(?<![\w.}}]){re.escape(place)}", text)]
    assert [(path, place) for path, place in wrong if path != relative(Path(__file__))] == []


def test_files_of_constructs_stay_short() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(LIBRARY)}
    assert {path: length for path, length in lengths.items() if length > LONGEST_CONSTRUCT_FILE} == {}


def test_constructs_are_defined_in_few_lines_with_few_arguments() -> None:
    files = [*python_files(LIBRARY), *python_files(ROOT / "stacks")]
    sizes = {
        relative(path): (lines(node), len(node.args.kwonlyargs)) for path in files for node in functions(path) if node.name == "__init__"
    }
    assert {name: size for name, size in sizes.items() if size[0] > LONGEST_INIT or size[1] > MOST_ARGUMENTS} == {}


def test_functions_stay_short() -> None:
    sources = [path for source in SOURCES for path in python_files(ROOT / source)]
    lengths = {f"{relative(path)}:{node.lineno} {node.name}": lines(node) for path in sources for node in functions(path)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    ordered = sorted(lengths.values())
    assert ordered[len(ordered) // 2] <= 8
    assert ordered[len(ordered) * 9 // 10] <= 30
