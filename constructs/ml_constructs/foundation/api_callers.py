"""Who may call the methods of an API."""

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from constructs import Construct


def callers(scope: Construct, users: cognito.IUserPool | None) -> apigateway.MethodOptions:
    """Lets the users of a pool in by their tokens, or without a pool whom IAM lets in.

    Args:
        scope: Where the authorizer is defined, if there is one.
        users: The pool.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
    """
    if users is None:
        return apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM)
    return apigateway.MethodOptions(authorizer=apigateway.CognitoUserPoolsAuthorizer(scope, "Authorizer", cognito_user_pools=[users]))


def let_in(scope: Construct, users: cognito.IUserPool | None) -> iam.IPrincipal:
    """Users of a pool are nobody to IAM, but the policy of the API has to let them in as well.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    return iam.AccountPrincipal(Stack.of(scope).account) if users is None else iam.AnyPrincipal()
