from blueprints.docs.data_policies import data_policies
from ml_constructs.bedrock.model_list import listed_on, models


def test_every_listed_model_stands_in_the_table_once() -> None:
    cells = [row.split(" | ")[1] for row in data_policies().splitlines() if " | `" in row]
    assert sorted(name.strip("`") for cell in cells for name in cell.split(", ")) == sorted(models())


def test_the_date_of_the_list_is_said() -> None:
    assert data_policies().startswith(f"As AWS described them on {listed_on()}.")


def test_a_row_tells_who_runs_a_model_who_gets_what_and_where_that_is_said() -> None:
    policy = models()["anthropic.claude-fable-5"].data_policy
    (row,) = [row for row in data_policies().splitlines() if "`anthropic.claude-fable-5`" in row]
    assert f"| {policy.operator} | depends on the account, or nobody says | {policy.retention} | {policy.opt_out} |" in row
    assert f"[AWS]({policy.source})" in row


def test_where_nothing_is_kept_there_is_nothing_to_get_out_of() -> None:
    (row,) = [row for row in data_policies().splitlines() if "`meta.llama3-3-70b-instruct-v1:0`" in row]
    assert " | no | nothing is kept | none | " in row
