"""Documents of several hundred words, each different, and questions that they answer."""

THINGS = ("bicycles", "lifeboats", "radios", "ladders", "forklifts", "heaters", "pumps", "vans")
FIRST = ("Amber", "Birch", "Cedar", "Dusty", "Elder", "Flint", "Granite", "Hazel", "Ivory", "Juniper", "Kelp", "Linden")
SECOND = ("Harbour", "Bridge", "Meadow", "Quarry", "Ridge", "Station", "Wharf", "Crossing", "Orchard", "Landing", "Mill", "Gate")
SECTION = """## {title}

{place} keeps {count} {things}. They are inspected every {days} days by a team of {team}, and the record of each inspection stays in the
archive of {place} for {years} years. Whoever finds a fault tells the office in room {room} before noon; the {things} concerned are taken
out of service until the next working day and marked with a yellow label. In winter, {spare} of the {things} are lent to other sites.
"""


def place(number: int) -> str:
    """Returns the name of the site that document ``number`` is about."""
    return f"{FIRST[number % len(FIRST)]} {SECOND[number // len(FIRST) % len(SECOND)]} {number + 1}"


def document(number: int) -> str:
    """Returns document ``number`` as Markdown."""
    return "\n".join([f"# Equipment at {place(number)}\n", *(_section(number, index) for index in range(len(THINGS)))])


def question(number: int, index: int = 0) -> str:
    """Returns a question that document ``number`` answers; there are as many as ``THINGS``."""
    return f"How many {THINGS[index % len(THINGS)]} does {place(number)} keep?"


def _section(number: int, index: int) -> str:
    value = number * 37 + index * 101
    return SECTION.format(
        title=THINGS[index].capitalize(),
        place=place(number),
        things=THINGS[index],
        count=20 + value % 971,
        days=2 + value % 89,
        team=2 + value % 7,
        years=2 + value % 11,
        room=100 + value % 613,
        spare=2 + value % 19,
    )
