#!/usr/bin/env python3
"""Writes cases.csv beside it: schedules and their next due time, worked out without our library.

Run again (python 3.9 or later with a zone database):  python3 make.py > cases.csv

Definitions, as plain as can be: a time of day on a civil day is due at the first minute of UTC, counted from the first
minute that lies on that day in the zone, at which the wall clock shows that time or later. So a time that comes twice
counts once, a time that is leapt over is due right after the leap, and a day that does not exist has nothing.
"""
import calendar
import csv
import datetime as dt
import random
import sys
import zoneinfo

UTC = dt.timezone.utc
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def wall(utc, zone):
    return utc.astimezone(zone).replace(tzinfo=None, fold=0)


def instant(day, at, zone):
    wanted = dt.datetime.combine(day, at)
    utc = dt.datetime.combine(day, dt.time(), UTC) - dt.timedelta(hours=16)
    end = utc + dt.timedelta(hours=48)
    while utc < end and wall(utc, zone).date() != day:
        utc += MINUTE
    if utc == end:
        return None
    while wall(utc, zone) < wanted:
        utc += MINUTE
    return utc


def business(day, free):
    return day.weekday() < 5 and day not in free


def month(day):
    last = calendar.monthrange(day.year, day.month)[1]
    return [day.replace(day=n) for n in range(1, last + 1)]


def falls(case, day, free, memo):
    every = case["every"]
    if every == "day":
        return True
    if every == "week":
        return NAMES[day.weekday()] in case["weekdays"]
    if every == "month_day":
        days = month(day)
        return day == (days[-1] if case["day"] == -1 else days[min(case["day"], len(days)) - 1])
    if every == "month_weekday":
        same = [d for d in month(day) if NAMES[d.weekday()] == case["weekdays"][0]]
        nth = case["nth"]
        return day == same[-1] if nth == -1 else nth <= len(same) and day == same[nth - 1]
    if every == "month_business_day":
        days = [d for d in month(day) if business(d, free)]
        if not days:
            return False
        return day == (days[-1] if case["nth"] == -1 or case["nth"] > len(days) else days[case["nth"] - 1])
    start = case["from"]
    if day < start or not business(day, free):
        return False
    at = memo.get("at", start)
    count = memo.get("count", 0)
    while at < day:
        count += business(at, free)
        at += DAY
    memo["at"], memo["count"] = at, count
    return count % case["count"] == 0


def due(case, after):
    zone = zoneinfo.ZoneInfo(case["zone"])
    free = set(case["holidays"])
    day = wall(after, zone).date() - 2 * DAY
    memo = {}
    for _ in range(1500):
        if falls(case, day, free, memo):
            at = instant(day, case["at"], zone)
            if at is not None and at > after:
                return (day - DAY if case["cutoff"] == "day_before" else day), at
        day += DAY
    raise SystemExit(f"nothing is due: {case}")


# The zone, a day near which its clocks did something, and the time of day that it hit.
EDGES = [
    ("Europe/Madrid", "2024-03-31", "02:30"), ("Europe/Madrid", "2024-10-27", "02:30"),
    ("Europe/Madrid", "2025-03-30", "02:00"), ("Europe/Madrid", "2025-10-26", "03:00"),
    ("Europe/London", "2025-03-30", "01:15"), ("Europe/London", "2025-10-26", "01:15"),
    ("Europe/Dublin", "2024-03-31", "01:30"), ("Europe/Dublin", "2024-10-27", "01:59"),
    ("America/New_York", "2024-03-10", "02:30"), ("America/New_York", "2024-11-03", "01:30"),
    ("America/Los_Angeles", "2025-03-09", "02:00"), ("America/Los_Angeles", "2025-11-02", "01:00"),
    ("America/Sao_Paulo", "2017-10-15", "00:00"), ("America/Sao_Paulo", "2018-02-17", "23:30"),
    ("America/Sao_Paulo", "2018-11-04", "00:30"), ("America/Nuuk", "2024-03-30", "23:30"),
    ("America/Nuuk", "2024-10-26", "23:30"), ("America/Havana", "2024-03-10", "00:15"),
    ("America/Havana", "2024-11-03", "00:45"), ("Africa/Cairo", "2024-04-26", "00:00"),
    ("Africa/Cairo", "2024-10-31", "23:15"), ("Africa/Casablanca", "2024-03-10", "02:30"),
    ("Africa/Casablanca", "2024-04-14", "02:30"), ("Asia/Tehran", "2022-03-22", "00:10"),
    ("Asia/Tehran", "2022-09-21", "23:30"), ("Australia/Lord_Howe", "2024-10-06", "02:15"),
    ("Australia/Lord_Howe", "2024-04-07", "01:45"), ("Australia/Sydney", "2024-10-06", "02:59"),
    ("Pacific/Chatham", "2024-09-29", "02:50"), ("Pacific/Chatham", "2024-04-07", "03:00"),
    ("Antarctica/Troll", "2024-03-31", "02:00"), ("Antarctica/Troll", "2024-10-27", "01:30"),
    ("Pacific/Apia", "2011-12-30", "09:00"), ("Pacific/Apia", "2011-12-30", "00:00"),
    ("Asia/Kathmandu", "2024-02-29", "05:45"), ("Asia/Kolkata", "2024-12-31", "23:59"),
    ("UTC", "2024-02-29", "00:00"), ("Asia/Pyongyang", "2018-05-04", "23:45"),
    ("America/Caracas", "2016-05-01", "02:45"), ("Europe/Istanbul", "2016-03-27", "03:30"),
]

RULES = ["day", "week", "month_day", "month_weekday", "month_business_day", "business_days"]


def some_rule(rng, day):
    every = rng.choice(RULES)
    case = {"every": every, "weekdays": [], "day": "", "nth": "", "count": "", "from": ""}
    if every == "week":
        case["weekdays"] = sorted(set(rng.choices(NAMES, k=rng.randint(1, 3))) | {NAMES[day.weekday()]}, key=NAMES.index)
    if every == "month_day":
        case["day"] = rng.choice([-1, 1, 15, 28, 29, 30, 31, day.day])
    if every == "month_weekday":
        case["weekdays"] = [rng.choice(NAMES)]
        case["nth"] = rng.choice([-1, 1, 2, 3, 4, 5])
    if every == "month_business_day":
        case["nth"] = rng.choice([-1, 1, 2, 5, 10, 20])
    if every == "business_days":
        case["count"] = rng.choice([1, 2, 3, 5, 10, 21])
        case["from"] = day - dt.timedelta(days=rng.randint(-40, 400))
    return case


def cases():
    rng = random.Random(20261128)
    for zone, near, at in EDGES:
        day = dt.date.fromisoformat(near)
        for _ in range(11):
            case = some_rule(rng, day)
            if rng.random() < 0.35:
                case |= {"every": "day", "weekdays": [], "day": "", "nth": "", "count": "", "from": ""}
            case["zone"] = zone
            case["at"] = dt.time.fromisoformat(at) if rng.random() < 0.8 else dt.time(rng.randint(0, 23), rng.choice([0, 30]))
            case["cutoff"] = rng.choice(["same_day", "same_day", "day_before"])
            free = [day + dt.timedelta(days=rng.randint(-20, 40)) for _ in range(rng.choice([0, 0, 3, 12]))]
            case["holidays"] = sorted(set(free))
            start = dt.datetime.combine(day, dt.time(), UTC)
            yield case, start + dt.timedelta(minutes=rng.randint(-3 * 1440, 1440))


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("every weekdays day nth count from at zone cutoff holidays after on due_at".split())
    for case, after in cases():
        on, at = due(case, after)
        out.writerow([
            case["every"], " ".join(case["weekdays"]), case["day"], case["nth"], case["count"], case["from"],
            case["at"].strftime("%H:%M"), case["zone"], case["cutoff"], " ".join(map(str, case["holidays"])),
            after.strftime("%Y-%m-%dT%H:%M:%SZ"), on, at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ])


main()
