"""The press (排印): template and plain data in, PDF bytes out. It knows paper, not people."""
