"""Planning: a Round in, a Plan out, judged by the audit. The only folder that imports ortools."""
