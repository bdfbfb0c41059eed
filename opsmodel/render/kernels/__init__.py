"""Warm kernels: a notebook's process is forked from one that has imported everything already.

A cold kernel spends more on imports than most pages cost in all. `warm` keeps one process for the length of
a run; `provisioner` asks it for a fork wherever Jupyter would start a kernel; `server` forks; `rehearsal` is
what the warm process does before the first fork. Each notebook still gets a process and an ipykernel of its
own. Linux only; elsewhere, and whenever the warm process does not answer, kernels start cold as always.
"""
