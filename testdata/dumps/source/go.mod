module example.com/shop

go 1.26

require example.com/shop/kit v0.0.0

replace example.com/shop/kit => ./kit
