"""Stop a file on a machine and take it away, in a person's name: MSAL and a device code for the token.

    python with_msal_device_code.py MACHINE_ID SHA1

QUELL_CLIENT_ID is a public application, which has no secret. The person is told on standard error
where to enter the code. Against Microsoft's service QUELL_AUTHORITY is not set.
"""

import os
import sys

import msal

from defender import SCOPE, Defender
from with_msal import MICROSOFT


def application():
    authority = os.environ.get("QUELL_AUTHORITY", MICROSOFT)
    return msal.PublicClientApplication(
        os.environ["QUELL_CLIENT_ID"],
        authority=f"{authority}/{os.environ['QUELL_TENANT_ID']}",
        instance_discovery=None if authority == MICROSOFT else False,
    )


def sign_in(app):
    flow = app.initiate_device_flow([SCOPE])
    if "user_code" not in flow:
        raise SystemExit(f"no code: {flow['error']}: {flow.get('error_description')}")
    print(flow["message"], file=sys.stderr, flush=True)
    answer = app.acquire_token_by_device_flow(flow)
    if "access_token" not in answer:
        raise SystemExit(f"no token: {answer['error']}: {answer.get('error_description')}")


def token_of(app):
    def token(fresh):
        # Without the person: from the cache, or by the refresh token.
        [account] = app.get_accounts()
        answer = app.acquire_token_silent([SCOPE], account, force_refresh=fresh)
        if not answer or "access_token" not in answer:
            raise SystemExit("the sign-in is over")
        return answer["access_token"]

    return token


def main(machine, sha1):
    app = application()
    sign_in(app)
    defender = Defender(os.environ["QUELL_BASE_URL"], token_of(app))
    action = defender.stop_and_quarantine(machine, sha1, "with a device code")
    action = defender.wait(action)
    print(action["id"], action["status"])


if __name__ == "__main__":
    main(*sys.argv[1:])
