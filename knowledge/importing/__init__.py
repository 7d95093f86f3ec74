"""What offices have on their disks, turned into passages that can be cited."""
