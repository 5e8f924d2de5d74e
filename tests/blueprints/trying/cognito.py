"""A Cognito that keeps what it is told."""

from typing import Any


class Cognito:
    """Signs in whoever was made."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, str]] = {}
        self.passwords: dict[str, str] = {}
        self.clients = 0

    def admin_create_user(self, **given: Any) -> None:
        assert (given["UserPoolId"], given["MessageAction"]) == ("pool", "SUPPRESS")
        self.made[given["Username"]] = {attribute["Name"]: attribute["Value"] for attribute in given["UserAttributes"]}

    def admin_set_user_password(self, **given: Any) -> None:
        assert given["Permanent"] is True
        self.passwords[given["Username"]] = given["Password"]

    def create_user_pool_client(self, **given: Any) -> Any:
        assert (given["UserPoolId"], given["WriteAttributes"]) == ("pool", ["name"])
        self.clients += 1
        return {"UserPoolClient": {"ClientId": f"client {self.clients}"}}

    def initiate_auth(self, **given: Any) -> Any:
        name = given["AuthParameters"]["USERNAME"]
        assert given["AuthParameters"]["PASSWORD"] == self.passwords[name]
        assert (given["ClientId"], given["AuthFlow"]) == ("client 1", "USER_PASSWORD_AUTH")
        return {"AuthenticationResult": {"IdToken": f"token of {name}"}}
