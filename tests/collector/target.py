"""A target to scrape."""

import http.server
import threading
from contextlib import contextmanager


class Page(http.server.BaseHTTPRequestHandler):
    """A target whose counter counts its scrapes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.scrapes += 1
        body = self.server.page(self.server.scrapes).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Target(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _address):
        """A scraper that is killed says nothing worth printing."""


@contextmanager
def counting_target():
    """Serves a counter that counts its scrapes, and a gauge; ``page`` makes another page of the count."""
    server = Target(("127.0.0.1", 0), Page)
    server.scrapes = 0
    server.page = lambda n: (
        f'# TYPE requests_total counter\nrequests_total{{route="/a"}} {n}\ntemperature 21.5\n'
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
