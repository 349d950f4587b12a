import express from 'express'
import { request } from 'undici'
import { serveOrders } from './order-routes.cjs'

serveOrders(express, async (url) => (await request(url)).body.json())
