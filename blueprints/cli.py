"""The commands."""

from pathlib import Path
from typing import Annotated

import typer

from blueprints import showing
from blueprints.console import FAILED, err, fail, out, print_json
from blueprints.tools import missing_for_synthesis, put_on_path
from stacks.catalogue import CATALOGUE, Entry
from stacks.settings.problems import nearest

SCHEMA = Path("settings/schema.json")
EXIT_CODES = "Exit codes: 0 done, 1 something failed, 2 wrong input, 130 interrupted."

app = typer.Typer(
    help="Blueprints for machine learning on AWS: look at them, try them on this machine, deploy them with the CDK.",
    epilog=EXIT_CODES,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A blueprint, as `list` names it.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON document instead, for scripts.")]


@app.callback()
def prepare() -> None:
    """Runs before every command."""
    put_on_path()


def examples(*lines: str) -> str:
    """Returns the examples below the help of a command."""
    return "\n\n".join(["[bold]Examples[/]", *(f"  python -m blueprints {line}" for line in lines), EXIT_CODES])


@app.command("list", epilog=examples("list", "list --json"))
def list_blueprints(*, as_json: AsJson = False) -> None:
    """Lists the blueprints."""
    if as_json:
        print_json([showing.summary(entry) for entry in showing.catalogue()])
    else:
        showing.print_catalogue(out)


@app.command(epilog=examples("show document-analysis", "show document-analysis --json"))
def show(name: Name, *, as_json: AsJson = False) -> None:
    """Shows a blueprint: its services and their status, its settings, its outputs."""
    entry = known(name)
    require_node()
    told = showing.description(entry)
    if as_json:
        print_json(told)
    else:
        showing.print_description(entry, told, out)


@app.command(epilog=examples("schema", "schema --write"))
def schema(
    *,
    write: Annotated[bool, typer.Option("--write", help=f"Write it to {SCHEMA}, where the sample settings point editors to.")] = False,
) -> None:
    """Prints the JSON schema of settings files."""
    require_node()
    from stacks.settings.published import as_text, json_schema

    text = as_text(json_schema())
    if write:
        (showing.ROOT / SCHEMA).write_text(text, encoding="utf-8")
        err.print(f"Written: {SCHEMA}")
    else:
        typer.echo(text, nl=False)


@app.command(
    "try",
    epilog=examples(
        "try document-analysis",
        "try document-analysis scan.pdf 'a photo.jpg'",
        "try knowledge-base-rag handbook/ --ask 'How many days of leave do I have?'",
        "try document-analysis --keep",
    ),
)
def try_blueprint(
    name: Name,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILES", help="Your own input, folders where a blueprint takes documents; samples when left out."),
    ] = None,
    *,
    ask: Annotated[list[str] | None, typer.Option("--ask", metavar="TEXT", help="Ask this when the input is in; may be repeated.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running, and print how to reach it; `stop` ends it.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; a free one when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Deploys a blueprint to an AWS inside this machine, sends input through it, and removes it. No account is needed."""
    from blueprints.trying.driver import run

    raise typer.Exit(run(known(name), tuple(files or ()), questions=tuple(ask or ()), keep=keep, port=port, as_json=as_json))


@app.command(
    epilog=examples(
        "evaluate knowledge-base-rag --questions samples/knowledge-base-rag/questions.yaml",
        "evaluate knowledge-base-rag --questions my.yaml --documents handbook/ --settings a.yaml --settings b.yaml",
        "evaluate knowledge-base-rag --questions my.yaml --stack handbook --token acme=eyJ…",
    )
)
def evaluate(
    name: Name,
    *,
    questions: Annotated[Path, typer.Option("--questions", metavar="FILE", help="Labelled questions, as YAML.", show_default=False)],
    documents: Annotated[Path | None, typer.Option(metavar="FOLDER", help="What to take in; the samples when left out.")] = None,
    settings: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Settings with the deployments to compare; may be repeated.")
    ] = None,
    stack: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Ask this stack in your account instead; may be repeated.")
    ] = None,
    token: Annotated[
        list[str] | None, typer.Option(metavar="[TENANT=]TOKEN", help="ID token of a user of the stack; may be repeated.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; a free one when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Asks labelled questions, and reports how well passages are found and answers are grounded, for deployments side by side.

    Two deployments that differ in chunking are compared on an AWS inside this machine, unless you name others or stacks of your account.
    """
    from blueprints.evaluating import driver

    entry = known(name)
    if stack:
        if documents or settings or port:
            fail("--documents, --settings and --port are for the AWS inside this machine; a stack is asked about what it holds")
        raise typer.Exit(driver.run_deployed(entry, questions, stacks=stack, tokens=token or (), as_json=as_json))
    if token:
        fail("--token is for stacks of your account: name one with --stack")
    raise typer.Exit(driver.run_embedded(entry, questions, documents=documents, settings=settings or (), port=port, as_json=as_json))


@app.command(
    epilog=examples(
        "simulate async-inference --traffic trickle",
        "simulate real-time-inference --traffic step --service-seconds 0.4 --region us-west-2",
        "simulate llm-inference --traffic my-requests.csv --settings settings/production.yaml",
        "simulate mine --template cdk.out/mine.template.json --traffic burst",
    )
)
def simulate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A blueprint, or what to call a template.", show_default=False)],
    *,
    traffic: Annotated[
        str, typer.Option(metavar="PATTERN", help="step, diurnal, burst, constant, trickle, or a CSV file: minute,requests.")
    ],
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings to deploy with; the minimal sample when left out.")
    ] = None,
    template: Annotated[Path | None, typer.Option(metavar="FILE", help="A synthesised template to read instead.")] = None,
    peak: Annotated[float | None, typer.Option(min=0, help="Requests a minute at most; 3/4 of what the most capacity serves.")] = None,
    service_seconds: Annotated[float | None, typer.Option(min=0.001, max=3600, help="What one request takes; measure yours.")] = None,
    parallel: Annotated[float | None, typer.Option(min=0.1, help="Requests that one instance or copy works on at once.")] = None,
    start_seconds: Annotated[float, typer.Option(min=0, max=7200, help="Until a new instance serves; measure yours.")] = 300,
    copy_seconds: Annotated[float, typer.Option(min=0, max=7200, help="Until a copy of a component is loaded on it.")] = 120,
    region: Annotated[str | None, typer.Option(help="Whose prices; that of the settings, else us-east-1.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulates minute by minute how a blueprint's endpoints scale under traffic, as its template says, and what that costs.

    Policies that look at a metric which their endpoint doesn't publish are rejected. How long things take is assumed until you tell.
    """
    require_node()
    from blueprints.simulating import driver
    from blueprints.simulating.capacity import StartUp

    start_up = StartUp(instance_seconds=start_seconds, copy_seconds=copy_seconds)
    question = driver.Question(
        traffic=traffic, peak=peak, service_seconds=service_seconds, parallel=parallel, start_up=start_up, region=region
    )
    if template is not None:
        if settings is not None:
            fail("--settings is for blueprints and --template for what is synthesised already: name one of them")
        raise typer.Exit(driver.run_templates(driver.of_template(template), question, as_json=as_json))
    entry = known(name)
    path = settings or showing.ROOT / "settings" / entry.name / "minimal.yaml"
    raise typer.Exit(driver.run_blueprint(entry, path, question, as_json=as_json))


@app.command(epilog=examples("stop"))
def stop() -> None:
    """Ends what `try --keep` has left running."""
    from blueprints.local.embedded import EmbeddedAws

    err.print("Stopped." if EmbeddedAws.stop_running() else "Nothing is running.")


@app.command(epilog=examples("docs", "docs --check", "docs real-time-inference"))
def docs(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Blueprints whose pages are written; everything when left out.")
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only tell which pages are out of date.")] = False,
) -> None:
    """Generates the blueprints' pages, the catalogue tables and the settings schema."""
    require_node()
    chosen = tuple(known(name).name for name in names or ())
    from blueprints import docs as pages
    from stacks.settings.published import as_text, json_schema

    text, file = as_text(json_schema()), showing.ROOT / SCHEMA
    changed = [] if file.is_file() and file.read_text(encoding="utf-8") == text else [SCHEMA]
    if not check:
        file.write_text(text, encoding="utf-8")
    changed += pages.stale(showing.ROOT, chosen) if check else pages.write(showing.ROOT, chosen)
    for path in changed:
        err.print(f"{'Out of date' if check else 'Written'}: {path}")
    if check and changed:
        raise typer.Exit(FAILED)


def require_node() -> None:
    """Ends the command when what a synthesis needs isn't installed."""
    if missing := missing_for_synthesis():
        fail(f"not installed: {', '.join(missing)}; `make setup` installs it", FAILED)


def known(name: str) -> Entry:
    """Returns the blueprint ``name``, or ends the command."""
    if name not in CATALOGUE:
        fail(f"there is no blueprint {name!r}; there are {', '.join(CATALOGUE)}{nearest(name, CATALOGUE)}")
    return CATALOGUE[name]
