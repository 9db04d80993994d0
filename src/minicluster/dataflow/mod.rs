//! Running a job graph: a thread for each subtask, bounded channels between them, barriers through all.
