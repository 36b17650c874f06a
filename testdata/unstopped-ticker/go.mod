module goleaklint.test/oldtimers

go 1.22
