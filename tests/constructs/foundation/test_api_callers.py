import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam

from ml_constructs.foundation.api_callers import callers, let_in


def test_without_a_pool_iam_says_who_may_call() -> None:
    stack = cdk.Stack()
    assert callers(stack, None).authorization_type is apigateway.AuthorizationType.IAM
    principal = let_in(stack, None)
    assert isinstance(principal, iam.AccountPrincipal)
    assert stack.resolve(principal.account_id) == {"Ref": "AWS::AccountId"}


def test_the_users_of_a_pool_call_by_their_tokens() -> None:
    stack = cdk.Stack()
    pool = cognito.UserPool(stack, "Pool")
    found = callers(stack, pool)
    assert found.authorization_type is None
    assert isinstance(found.authorizer, apigateway.CognitoUserPoolsAuthorizer)
    assert isinstance(let_in(stack, pool), iam.AnyPrincipal)
