"""What operators are told when something is wrong with models on shared instances."""

ADVICE = {
    "Errors": (
        "Copies of a model fail. See its log group below /aws/sagemaker/InferenceComponents: prompts that are longer than its context are "
        "refused and not counted here; a copy that runs out of memory needs a larger instance, or a shorter context."
    ),
    "Latency": (
        "A model takes long to answer. See whether texts have grown longer or requests more; lower copies.target so that copies are added "
        "sooner, raise copies.maximum, or choose a larger instance type."
    ),
    "AtMaximum": (
        "A model has had as many copies as it may for half an hour. Raise copies.maximum, and with it instances.maximum and the account's "
        "quota for the instance type, or find out who asks so much."
    ),
    "CapacityMissing": (
        "For half an hour requests have found no running copy, longer than one takes to start. See the endpoint's and the component's "
        "status in SageMaker: AWS may have no such instance to give (add instance_types), the account's quota may be 0, or the model "
        "doesn't start, for which its log group has the reason."
    ),
    "InstancesIdle": (
        "Instances have run for three hours without answering anything, and each is billed. Find out which component keeps its copies: one "
        "whose copies.minimum is above 0, or whose scale-in fails."
    ),
    "FirstToken": (
        "Callers of the stream wait long for the first words. Prompts have grown longer, or copies have too many at once: lower "
        "copies.target, or raise copies.maximum."
    ),
    "StreamErrors": (
        "Texts broke off while they were sent, or the function that sends them failed. See the logs of stream_text, and the log group of "
        "the model below /aws/sagemaker/InferenceComponents."
    ),
    "TokensPerDay": (
        "More tokens were read and written in a day than planned, which keeps copies running. Find out who asks in the API's access log; "
        "lower limits.max_tokens or callers.limits, or raise the alarm's threshold."
    ),
}
