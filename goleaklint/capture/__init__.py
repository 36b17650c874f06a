"""Where captures come from: files, folders, standard input, URLs, packed or not -> streams of bytes."""
