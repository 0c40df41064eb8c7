"""The forms of the clinic room, and the fields that every form of ours is made of."""
