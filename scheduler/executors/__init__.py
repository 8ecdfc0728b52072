"""Executors (执行器): who does pure tasks, processes of our own or the machines of a cluster. It knows no task."""
