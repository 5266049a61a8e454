#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads one table with bench_csv_read and with pandas' C engine, in turn, and prints the ratio.

    csv_read_peer.py PATH/TO/bench_csv_read [--rows N] [--columns N] [--digits N] [--pairs N]

Each reading runs in a process of its own; times are of the reading alone. The ratio is ours over
pandas' time, the median over the pairs with the range of its middle half.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

PEER = """
import json, resource, sys, time
import pandas
start = time.perf_counter()
table = pandas.read_csv(sys.argv[1], engine="c")
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "rows": len(table), "columns": table.shape[1],
                  "last_row_sum": float(table.iloc[-1].sum()), "version": pandas.__version__,
                  "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--digits", type=int, default=6, help="after the point; 0: all")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.csv")
        subprocess.run([arguments.program, "make", path, str(arguments.rows),
                        str(arguments.columns), str(arguments.digits)], check=True)
        ours, theirs = [], []
        for _ in range(arguments.pairs):
            ours.append(run([arguments.program, path, str(arguments.threads)]))
            theirs.append(run([sys.executable, "-c", PEER, path]))
        size = os.path.getsize(path)
    assert abs(ours[0]["last_row_sum"] - theirs[0]["last_row_sum"]) < 1e-6
    ratios = [a["seconds"] / b["seconds"] for a, b in zip(ours, theirs)]
    quarters = statistics.quantiles(ratios, n=4)
    print(json.dumps({
        "name": "csv_read", "file_bytes": size, "threads": arguments.threads,
        "value": statistics.median(r["seconds"] for r in ours), "unit": "s",
        "peer": "pandas read_csv, C engine", "peer_version": theirs[0]["version"],
        "peer_value": statistics.median(r["seconds"] for r in theirs),
        "ratio": statistics.median(ratios), "ratio_interval": [quarters[0], quarters[2]],
        "peak_bytes_over_table": max(r["peak_bytes"] / r["table_bytes"] for r in ours),
    }, indent=1))


if __name__ == "__main__":
    main()
