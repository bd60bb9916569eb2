"""Requests the deployment of a rotated secret, for rotation functions that are made from AWS's Python templates.

Put this file beside the function's own, and add these two lines at the end of that file:

    from request_deployment import with_deployment_request
    lambda_handler = with_deployment_request(lambda_handler)

The function needs events:PutEvents on the default event bus of its account and region.
"""

import json
import logging

import boto3

logger = logging.getLogger()

ATTEMPTS = 3


def with_deployment_request(handler, client=None):
    """Wraps the handler of a rotation function.

    AWS's templates return early if finishSecret is repeated after the label AWSCURRENT was moved. The request follows
    the handler, so a repeated step requests the deployment, too. The same request twice starts one deployment.
    """

    def wrapped(event, context):
        result = handler(event, context)
        if event["Step"] == "finishSecret":
            request_deployment(event["SecretId"], event["ClientRequestToken"], client)
        return result

    return wrapped


def request_deployment(secret_id, version_id, client=None):
    """Sends an event with ids only. An error is logged: the rotation itself has succeeded."""
    entry = {
        "Source": "account-onboarding.rotation",
        "DetailType": "Secret Rotated",
        "Resources": [secret_id],
        "Detail": json.dumps({"secretId": secret_id, "versionId": version_id}),
    }
    error = None
    for _ in range(ATTEMPTS):
        try:
            events = client or boto3.client("events")
            # PutEvents succeeds although an entry was refused (EventBridge API reference).
            answer = events.put_events(Entries=[entry])
            if answer["FailedEntryCount"] == 0:
                return
            error = answer["Entries"][0].get("ErrorCode")
        except Exception as thrown:  # The rotation must not fail because of its deployment.
            error = type(thrown).__name__
    logger.error("The deployment of version %s of %s was not requested: %s", version_id, secret_id, error)
