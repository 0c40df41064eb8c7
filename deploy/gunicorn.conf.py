"""How gunicorn serves the site: on loopback, for nginx or a demo. It never listens on a public address."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60  # longer than SQLite's 20 s and PostgreSQL's 3 s of waiting put together
graceful_timeout = 20
keepalive = 5
max_requests = 20_000  # a slow leak never grows old
max_requests_jitter = 2_000
accesslog = None  # our own log names the route, never the address with its query string
control_socket_disable = True  # gunicorn 27 opens one in the home folder otherwise
forwarded_allow_ips = "127.0.0.1"
