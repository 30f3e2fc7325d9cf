"""What tests share: places, the command line as a process, repositories, and small models."""
