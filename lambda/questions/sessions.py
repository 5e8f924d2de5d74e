"""Earlier questions and answers of one caller.

An item's key begins with a hash of its owner, so that a session id is of no use to anybody else.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from questions.callers import Caller
from questions.clients import client
from questions.deadlines import Deadline
from questions.errors import UnknownSession
from questions.settings import Settings
from questions.shapes import items, part, text
from questions.stores import HOUR_SECONDS, dispensable, read_seconds

LONGEST_HISTORY = 24_000
"""Of all turns together, in characters: keeps the model's input and the item small."""
_CONDITION = "attribute_not_exists(pk) OR revision = :seen"


@dataclass(frozen=True)
class Turn:
    """A question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Session:
    """A session as it was read.

    Args:
        id: What callers know it by.
        key: What the table knows it by.
        turns: The turns that are kept, the oldest first.
        revision: How often it was written.
    """

    id: str
    key: str
    turns: tuple[Turn, ...] = ()
    revision: int = 0


def key_of(caller: Caller, session_id: str) -> str:
    """The key of a session, which only its owner can name."""
    owner = hashlib.sha256(json.dumps([caller.tenant, caller.subject]).encode()).hexdigest()
    return f"{owner}#{session_id}"


def opened(session_id: str | None, caller: Caller, settings: Settings, deadline: Deadline) -> Session | None:
    """The session of a question, a new one if it names none; ``None`` where none is kept.

    Raises:
        UnknownSession: There is none of this id, it has expired, or it is somebody else's.
    """
    if not settings.sessions_table or not caller.subject:
        if session_id is not None:
            raise _unknown()
        return None
    if session_id is None:
        fresh = str(uuid.uuid4())
        return Session(fresh, key_of(caller, fresh))
    key = key_of(caller, session_id)
    dynamodb = client("dynamodb", read_seconds(deadline))
    item = part(dynamodb.get_item(TableName=settings.sessions_table, Key={"pk": {"S": key}}, ConsistentRead=True), "Item")
    if _number(item, "expires_at") <= time.time():
        raise _unknown()
    return Session(session_id, key, _turns(text(part(item, "turns"), "S")), _number(item, "revision"))


def kept(session: Session, turn: Turn | None, settings: Settings, deadline: Deadline) -> bool:
    """Writes the session with one more turn; says whether that succeeded.

    Of two questions at once one is kept. An answer is given even if it can't be kept.
    """
    turns = bounded((*session.turns, turn), settings.session_turns) if turn else session.turns
    values = {
        ":turns": {"S": json.dumps([asdict(one) for one in turns])},
        ":expires": {"N": str(int(time.time()) + settings.session_hours * HOUR_SECONDS)},
        ":next": {"N": str(session.revision + 1)},
        ":seen": {"N": str(session.revision)},
    }
    written = dispensable(
        lambda seconds: client("dynamodb", seconds).update_item(
            TableName=settings.sessions_table,
            Key={"pk": {"S": session.key}},
            UpdateExpression="SET turns = :turns, expires_at = :expires, revision = :next",
            ConditionExpression=_CONDITION,
            ExpressionAttributeValues=values,
        ),
        deadline,
        "the session was not kept",
    )
    return written is not None


def bounded(turns: Sequence[Turn], most: int) -> tuple[Turn, ...]:
    """The newest turns, at most ``most`` and within ``LONGEST_HISTORY``; of the newest one at least the beginning."""
    taken: list[Turn] = []
    room = LONGEST_HISTORY
    for turn in reversed(turns[-most:]):
        if not taken:
            turn = Turn(turn.question[:room], turn.answer[: max(1, room - len(turn.question))])
        room -= len(turn.question) + len(turn.answer)
        if room < 0:
            break
        taken.append(turn)
    return tuple(reversed(taken))


def _turns(written: str) -> tuple[Turn, ...]:
    try:
        listed = items({"turns": json.loads(written)}, "turns")
    except ValueError:
        return ()
    turns = [Turn(text(one, "question"), text(one, "answer")) for one in listed]
    return tuple(turn for turn in turns if turn.question and turn.answer)


def _number(item: object, name: str) -> int:
    return int(text(part(item, name), "N") or 0)


def _unknown() -> UnknownSession:
    return UnknownSession("UNKNOWN_SESSION", "There is no such session, or it has expired. Ask without session_id to start one.")
