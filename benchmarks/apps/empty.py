"""The empty CDK app that synthesis is compared with: what `cdk init app --language python` leaves, in one file."""

import aws_cdk as cdk

app = cdk.App()
cdk.Stack(app, "Empty")
app.synth()
