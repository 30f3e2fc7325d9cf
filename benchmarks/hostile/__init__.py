"""What the programs share that try codesearch on hostile, damaged and fast-changing indexes."""
