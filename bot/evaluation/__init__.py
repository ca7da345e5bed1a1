"""How well messages are understood: cases, results, report. Pure; the pipeline is handed in."""
