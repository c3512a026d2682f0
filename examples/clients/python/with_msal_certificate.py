"""Stop a file on a machine and take it away, as an application: MSAL and a certificate for the token.

    python with_msal_certificate.py MACHINE_ID SHA1

QUELL_CLIENT_CERTIFICATE_PATH names a file in PEM with the certificate and its RSA key. Against
Microsoft's service QUELL_AUTHORITY is not set.
"""

import os
import sys
from pathlib import Path

import msal

from defender import Defender
from with_msal import MICROSOFT, token_of


def application():
    pem = Path(os.environ["QUELL_CLIENT_CERTIFICATE_PATH"]).read_text()
    authority = os.environ.get("QUELL_AUTHORITY", MICROSOFT)
    return msal.ConfidentialClientApplication(
        os.environ["QUELL_CLIENT_ID"],
        # MSAL names the certificate by its SHA-256 in what it signs, with PS256.
        client_credential={"private_key": pem, "public_certificate": pem},
        authority=f"{authority}/{os.environ['QUELL_TENANT_ID']}",
        instance_discovery=None if authority == MICROSOFT else False,
    )


def main(machine, sha1):
    defender = Defender(os.environ["QUELL_BASE_URL"], token_of(application()))
    action = defender.stop_and_quarantine(machine, sha1, "with a certificate")
    action = defender.wait(action)
    print(action["id"], action["status"])


if __name__ == "__main__":
    main(*sys.argv[1:])
