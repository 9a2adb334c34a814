"""The coach itself: ranked domain packages; imports point downwards."""
