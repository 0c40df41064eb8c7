"""The rules of the house, each a function of a root folder. They judge a tree; they never change one."""
