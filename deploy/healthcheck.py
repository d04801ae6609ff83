"""For the container's health check: asks /healthz under the first of the site's own names."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5)
host = os.environ.get("KYODO_ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".")
connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status != 200)
