"""The accounts of AWS that hold container images, as a mapping for stacks of any region."""

from aws_cdk import Aws, CfnMapping, Stack, Token
from constructs import Construct

from ml_constructs.foundation.singletons import once_per_stack
from ml_constructs.sagemaker.image_list import ImageFacts


class ImageAccounts(CfnMapping):
    """The accounts by region of the images that a stack uses, one mapping a stack.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/mappings-section-structure.html
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._known: set[str] = set()

    def account(self, facts: ImageFacts) -> str:
        """Looks the account of an image up when the stack is deployed; in a region that lacks the image, that fails."""
        name = "".join(filter(str.isalnum, f"{facts.framework.title()}{facts.version}{facts.accelerator.title()}"))
        if name not in self._known:
            self._known.add(name)
            for region, account in facts.accounts.items():
                self.set_value(region, name, account)
        return self.find_in_map(Aws.REGION, name)


def image_account(scope: Construct, facts: ImageFacts) -> str:
    """The account that holds an image in the region of ``scope``: itself, or what finds it in a mapping at deployment.

    Raises:
        ValueError: A region without one.
    """
    region = Stack.of(scope).region
    return once_per_stack(scope, ImageAccounts).account(facts) if Token.is_unresolved(region) else facts.account(region)
