"""All rules, one file each in the folder of its family; beside each its page, which is its test case too."""
