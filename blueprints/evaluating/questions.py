"""Labelled questions: what is asked, and what a good answer rests on."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError, model_validator

from stacks.settings.models import SettingsModel
from stacks.settings.problems import Problem, SettingsError, collect, located, nearest, shown
from stacks.settings.source import read

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Tenant = Annotated[str, StringConstraints(pattern=r"^[^/\s]{1,128}$")]
Alternatives = Annotated[tuple[Name, ...], Field(min_length=1)]


class Question(SettingsModel):
    """A question and what a good answer rests on."""

    question: Text
    """What is asked."""
    tenant: Tenant | None = None
    """As whose user it is asked; left out where the deployment has no tenants."""
    documents: tuple[Name, ...] = ()
    """Keys of the documents that hold the answer; any of them may be found."""
    words: tuple[Name | Alternatives, ...] = ()
    """Words that the answer must hold; of an inner list, one."""
    answerable: bool = True
    """Whether the documents hold an answer at all."""

    @model_validator(mode="after")
    def _labels_agree(self) -> "Question":
        if self.answerable and not self.documents:
            raise ValueError("documents must name at least one document, as answerable is true; got none")
        if not self.answerable and (self.documents or self.words):
            given = [*self.documents, *(shown(word) for word in self.words)]
            raise ValueError(f"documents and words must be empty, as answerable is false; got {', '.join(given)}")
        return self


class Questions(SettingsModel):
    """A file of labelled questions."""

    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=10_000)]
    """The questions; no two the same for a tenant."""


def load_questions(path: Path, documents: Collection[str] | None = None, tenants: Sequence[str] | None = None) -> tuple[Question, ...]:
    """Reads and checks the questions file ``path``.

    Args:
        path: The file.
        documents: The names of all documents there are, where they are known; the expected ones must be among them.
        tenants: As whose users questions can be asked, where that is known; none where no question may name a tenant.

    Raises:
        SettingsError: With everything that is wrong with the file.
    """
    source = read(path)
    if not isinstance(source.data, Mapping):
        raise SettingsError(path, [*source.problems, Problem((), f"{shown(source.data)} is not a mapping with questions", line=1)])
    problems = list(source.problems)
    questions = _validated(source.data, problems)
    problems += _repeated(questions)
    problems += _unknown(questions, documents) if documents is not None else ()
    problems += _strangers(questions, tenants) if tenants is not None else ()
    if problems:
        raise SettingsError(path, located(problems, source.line))
    return questions


def _validated(data: Mapping[str, Any], problems: list[Problem]) -> tuple[Question, ...]:
    try:
        return Questions.model_validate_json(json.dumps(data), strict=True).questions
    except ValidationError as error:
        problems.extend(collect(error, data, Questions))
        return ()


def _repeated(questions: Sequence[Question]) -> Iterator[Problem]:
    first: dict[tuple[str, str | None], int] = {}
    for number, question in enumerate(questions):
        asked = (question.question.casefold(), question.tenant)
        if first.setdefault(asked, number) != number:
            yield Problem(("questions", number), f"{shown(question.question)} stands twice, first as questions[{first[asked]}]")


def _unknown(questions: Sequence[Question], documents: Collection[str]) -> Iterator[Problem]:
    for number, question in enumerate(questions):
        for place, name in enumerate(question.documents):
            if name not in documents:
                message = f"{shown(name)} is not among the documents{nearest(name, documents)}"
                yield Problem(("questions", number, "documents", place), message)


def _strangers(questions: Sequence[Question], tenants: Sequence[str]) -> Iterator[Problem]:
    for number, question in enumerate(questions):
        if not tenants and question.tenant is not None:
            yield Problem(("questions", number, "tenant"), f"must be left out, as all documents are one tenant's; got {question.tenant}")
        elif tenants and question.tenant not in tenants:
            given = f"{shown(question.tenant)} is not a tenant" if question.tenant else "is missing"
            yield Problem(("questions", number, "tenant"), f"{given}; allowed: {', '.join(tenants)}")
