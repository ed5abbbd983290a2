"""Benchmarks: how fast the engine is beside its peers, measured in one interleaved run.

`python -m benchmarks --help` says how to run them. To add a workload, write one file for its
family that makes a `Workload` (workload.py) and list it in its suite; to add a peer, add one row to
`peers.PEERS` and name it in the contestants of the workloads it can run.

    workload.py      what a workload is, and who takes part
    peers.py         the engines that may be installed
    timing.py        interleaved repetitions, with and without the garbage collector
    suite.py         runs workloads and says what came out
    report.py        the words and columns of that
    eager.py         the suite `eager`: its workloads and what they must reach
    styles.py        the suite `styles`: losses as people write them, compiled and eager
    random_graph.py, moons_step.py, memory.py      one file a family of workloads
    __main__.py      the command line
"""
