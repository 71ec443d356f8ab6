"""What is typed and ticked on the pages of this app, one module for each subject."""
