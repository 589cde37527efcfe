"""What follows where nothing was paid: dunning, deactivation, limits, penalties, reactivation.
Called by: a daily cron, and each payment that is booked.
"""
