"""Stop a file on a machine and take it away, as an application: MSAL for the token.

    python with_msal.py MACHINE_ID SHA1

Against Microsoft's service QUELL_AUTHORITY is not set. MSAL asks Microsoft whether it may trust an
authority that it does not know; `instance_discovery=False` says that you answer for yours.
"""

import os
import sys

import msal

from defender import SCOPE, Defender

MICROSOFT = "https://login.microsoftonline.com"


def application():
    authority = os.environ.get("QUELL_AUTHORITY", MICROSOFT)
    return msal.ConfidentialClientApplication(
        os.environ["QUELL_CLIENT_ID"],
        client_credential=os.environ["QUELL_CLIENT_SECRET"],
        authority=f"{authority}/{os.environ['QUELL_TENANT_ID']}",
        instance_discovery=None if authority == MICROSOFT else False,
    )


def token_of(app):
    def token(fresh):
        if fresh:
            app.remove_tokens_for_client()
        answer = app.acquire_token_for_client([SCOPE])
        if "access_token" not in answer:
            raise SystemExit(f"no token: {answer['error']}: {answer.get('error_description')}")
        return answer["access_token"]

    return token


def main(machine, sha1):
    defender = Defender(os.environ["QUELL_BASE_URL"], token_of(application()))
    action = defender.stop_and_quarantine(machine, sha1, "with MSAL for Python")
    action = defender.wait(action)
    print(action["id"], action["status"])
    ours = defender.actions(f"machineId eq '{machine}' and status eq 'Succeeded'")
    assert action["id"] in [listed["id"] for listed in ours], "the list does not have it"


if __name__ == "__main__":
    main(*sys.argv[1:])
