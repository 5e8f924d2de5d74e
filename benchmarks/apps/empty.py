"""The app that synthesis is compared with: one stack, with the one resource that CloudFormation asks of a template."""

import aws_cdk as cdk

app = cdk.App()
cdk.CfnWaitConditionHandle(cdk.Stack(app, "Empty"), "Nothing")
app.synth()
