/** Parts of programs: how pip asks over the network, which it does by its own copies of requests and urllib3. */

/**
 * Has pip wait for as long as a server says (`Retry-After`), but no longer than `longest`, seconds, which are there before; what is neither
 * a number nor a date says nothing. Of itself pip sleeps for a year where it is told to, up to 26, and six hours from there on.
 */
export const retryAfterProgram = String.raw`
from pip._vendor.urllib3.exceptions import HTTPError
from pip._vendor.urllib3.util.retry import Retry
get_retry_after = Retry.get_retry_after
def bounded_retry_after(self, response):
    try:
        seconds = get_retry_after(self, response)
    except (HTTPError, ValueError, OverflowError):
        return None
    return None if seconds is None else min(seconds, longest)
Retry.get_retry_after = bounded_retry_after
`

/**
 * Tells which answers did not come, or not whole, though pip goes on without some of them; holds pip to what our own client does: no redirect
 * from https to plain http, no second try of what comes to the same, no answer without end.
 *
 * `tell`, `question`, `asked_last`, a list for the address that was asked last, `json` and `urllib.parse` are there before.
 */
export const networkProgram = String.raw`
longest = question["longest"]
${retryAfterProgram}
from pip._vendor.requests import ConnectionError as Broken, RequestException

def words_of(error):
    # Since 26.2 pip has errors of its own for these, whose text is a name.
    cause = error.__context__
    return str(cause if isinstance(cause, RequestException) and not isinstance(error, RequestException) else error)

from pip._internal.index import collector
fetch_failed = collector._handle_get_simple_fail
def told_failure(link, reason, meth=None):
    answer = getattr(reason, "response", None)
    tell("unreachable", url=link.url, reason=words_of(reason) if isinstance(reason, Exception) else str(reason), status=getattr(answer, "status_code", None))
    fetch_failed(link, reason, meth)
collector._handle_get_simple_fail = told_failure

from pip._internal.network.session import PipSession
ask = PipSession.request
lost_before = set()
broken_off = "the answer broke off: %d bytes of it are missing"
def told_request(self, method, url, *args, **kwargs):
    def lost(reason, status=None):
        lost_before.add(url)
        tell("unreachable", url=url, reason=reason, status=status)
    def had():
        if url in lost_before:
            lost_before.remove(url)
            tell("reached", url=url)
    asked_last[:] = [url]
    try:
        answer = ask(self, method, url, *args, **kwargs)
        if not kwargs.get("stream"):
            require_whole(answer)
    except Exception as error:
        lost(words_of(error))
        raise
    status = answer.status_code
    if status in (408, 429) or status >= 500:
        lost("the server answered %d" % status, status)
    stream = getattr(answer.raw, "stream", None)
    if stream is not None:
        def told_stream(*args, **kwargs):
            try:
                for chunk in stream(*args, **kwargs):
                    yield chunk
            except Exception as error:
                lost(str(error))
                raise
            # pip itself may not notice, or have the rest by another request.
            if missing_in(answer):
                lost(broken_off % missing_in(answer))
            elif status < 400:
                had()
        answer.raw.stream = told_stream
    return answer
PipSession.request = told_request

def missing_in(answer):
    # What is kept by pip is whole, and a file of this machine says nothing.
    return 0 if getattr(answer, "from_cache", False) else getattr(answer.raw, "length_remaining", None) or 0

# What is said to https in confidence, and what it answers, is not to be had by plain http.
target_of = PipSession.get_redirect_target
def confidential_target(self, answer):
    target = target_of(self, answer)
    if target is not None:
        try:
            place = urllib.parse.urlsplit(urllib.parse.urljoin(answer.url, target))
        except ValueError:
            raise Broken("it redirects to what is no address: %s" % target)
        if answer.url.startswith("https:") and place.scheme != "https":
            raise Broken("refused a redirect from https to %s://%s" % (place.scheme, place.netloc.rpartition("@")[2]))
    return target
PipSession.get_redirect_target = confidential_target

# pip tries again whatever fails, also where that comes to the same.
import re
from pip._vendor.urllib3.exceptions import MaxRetryError
lasting = re.compile("certificate verify failed|hostname '.*' doesn't match|WRONG_VERSION_NUMBER|Tunnel connection failed: 4")
increment = Retry.increment
def increment_once(self, method=None, url=None, response=None, error=None, _pool=None, _stacktrace=None):
    if error is not None and lasting.search(str(error)):
        raise MaxRetryError(_pool, url, error)
    return increment(self, method, url, response, error, _pool, _stacktrace)
Retry.increment = increment_once

def require_whole(answer):
    if missing_in(answer):
        raise Broken(broken_off % missing_in(answer))
    if answer.status_code == 200 and "json" in answer.headers.get("Content-Type", ""):
        try:
            json.loads(answer.content.decode("utf-8"))
        except ValueError:
            raise Broken("the answer is no JSON, or not all of it")

# pip's timeout is for each piece that comes, and a server that sends a byte a second has time without end.
import socket, time
read_into = socket.SocketIO.readinto
def paced(self, buffer):
    started = time.monotonic()
    count = read_into(self, buffer)
    waited, received = getattr(self, "pace", (0, 0))
    waited, received = waited + time.monotonic() - started, received + (count or 0)
    if waited >= question["silence"]:
        if count and received < question["slowest"] * waited:
            raise socket.timeout("the server sent %d bytes in %d s" % (received, waited))
        waited, received = 0, 0
    self.pace = (waited, received)
    return count
socket.SocketIO.readinto = paced
`
