"""Segment's own client library for Python, unmodified: sends so many events and ends when all were delivered.

usage: send_events.py HOST WRITE_KEY GROUP COUNT
"""

import sys

import segment.analytics as analytics

host, key, group, count = sys.argv[1:]
failed = []
analytics.host = host
analytics.write_key = key
analytics.gzip = True
analytics.on_error = lambda error, _items: failed.append(error)
for number in range(int(count)):
    analytics.track(f"python-{number % 7}", "Python Event", {"number": number}, context={"groupId": group})
analytics.shutdown()
for error in failed:
    print(error, file=sys.stderr)
sys.exit(1 if failed else 0)
