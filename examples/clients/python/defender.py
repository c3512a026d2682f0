"""The four calls of the API that a quarantine needs, over requests.

A token is asked for before every call: credentials keep theirs and renew it when its time is over.
"""

import time

import requests

SCOPE = "https://api.securitycenter.microsoft.com/.default"
FINAL = {"Succeeded", "Failed", "TimeOut", "Cancelled"}


class Defender:
    def __init__(self, base_url, token):
        """`token(fresh)` gives an access token, a new one if `fresh`."""
        self.base_url = base_url
        self.token = token
        self.session = requests.Session()

    def stop_and_quarantine(self, machine, sha1, comment):
        body = {"Comment": comment, "Sha1": sha1}
        return self.call("POST", f"machines/{machine}/StopAndQuarantineFile", json=body)

    def action(self, action):
        return self.call("GET", f"machineactions/{action}")

    def actions(self, odata_filter):
        return self.call("GET", "machineactions", params={"$filter": odata_filter})["value"]

    def wait(self, action, pause=1.0):
        while action["status"] not in FINAL:
            time.sleep(pause)
            action = self.action(action["id"])
        return action

    def call(self, method, path, **more):
        renewed = False
        while True:
            headers = {"Authorization": f"Bearer {self.token(renewed)}"}
            answer = self.session.request(
                method, f"{self.base_url}/api/{path}", headers=headers, timeout=60, **more
            )
            if answer.status_code == 429:
                # The service says how long its window is full: asking sooner prolongs it.
                time.sleep(int(answer.headers.get("Retry-After", "60")))
            elif answer.status_code == 401 and not renewed:
                renewed = True
            elif answer.ok:
                return answer.json()
            else:
                raise Refused(answer)


class Refused(Exception):
    def __init__(self, answer):
        error = answer.json().get("error", {})
        super().__init__(f"{answer.status_code} {error.get('code')}: {error.get('message')}")
        self.status, self.code = answer.status_code, error.get("code")
