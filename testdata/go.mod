module goleaklint.test/testdata

go 1.26
