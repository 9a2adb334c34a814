"""Where dates and rates come from: files, a vendor, and what is wrapped around them."""
