import express from 'express'
import { serveOrders } from './order-routes.cjs'

serveOrders(express)
