"""Stop a file on a machine and take it away, as an application: azure-identity for the token.

    python with_azure_identity.py MACHINE_ID SHA1

Against Microsoft's service QUELL_AUTHORITY is not set. `disable_instance_discovery` says that you
answer for an authority which Microsoft does not know.
"""

import os
import sys

from azure.identity import ClientSecretCredential

from defender import SCOPE, Defender


def credential():
    more = {}
    if authority := os.environ.get("QUELL_AUTHORITY"):
        more = {"authority": authority, "disable_instance_discovery": True}
    return ClientSecretCredential(
        os.environ["QUELL_TENANT_ID"],
        os.environ["QUELL_CLIENT_ID"],
        os.environ["QUELL_CLIENT_SECRET"],
        **more,
    )


def main(machine, sha1):
    kept = {"credential": credential()}

    def token(fresh):
        # The credential gives its token back until it is over; another one asks anew.
        if fresh:
            kept["credential"] = credential()
        return kept["credential"].get_token(SCOPE).token

    defender = Defender(os.environ["QUELL_BASE_URL"], token)
    action = defender.stop_and_quarantine(machine, sha1, "with azure-identity")
    action = defender.wait(action)
    print(action["id"], action["status"])


if __name__ == "__main__":
    main(*sys.argv[1:])
