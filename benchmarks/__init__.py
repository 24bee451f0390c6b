"""What the checks find and cost, measured on data whose faults are known; see README.md."""
