from . import (
    device_type,
    device,
    device_transfers,
    device_orders,
    res_company,
    stock_location,
    stock_lot,
    stock_move,
    stock_move_line,
    stock_picking,
)
