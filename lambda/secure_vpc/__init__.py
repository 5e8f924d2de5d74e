"""Closes the default security group of a VPC and finds the prefix lists of its gateways, for CloudFormation."""
