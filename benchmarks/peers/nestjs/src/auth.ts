// Who is asking and what they may do, with the guards of Nest's documentation.
import { Body, CanActivate, Controller, ExecutionContext, HttpCode, Injectable, Post, SetMetadata, UnauthorizedException } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { JwtService } from '@nestjs/jwt'
import { InjectRepository } from '@nestjs/typeorm'
import { verify } from '@node-rs/argon2'
import type { Request } from 'express'
import { Raw, Repository } from 'typeorm'
import { Credentials } from './dto.js'
import { User } from './entities.js'

export const PUBLIC = 'public'
export const ROLES = 'roles'
export const Public = () => SetMetadata(PUBLIC, true)
export const Roles = (...roles: string[]) => SetMetadata(ROLES, roles)

type Identified = Request & { user?: { sub: string; role: string } }

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly jwt: JwtService, private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true
    const request = context.switchToHttp().getRequest<Identified>()
    const [type, token] = request.headers.authorization?.split(' ') ?? []
    if (type !== 'Bearer' || !token) throw new UnauthorizedException()
    try {
      request.user = await this.jwt.verifyAsync(token)
    } catch {
      throw new UnauthorizedException()
    }
    return true
  }
}

@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<string[]>(ROLES, [context.getHandler(), context.getClass()])
    const user = context.switchToHttp().getRequest<Identified>().user
    return !roles || (user !== undefined && roles.includes(user.role))
  }
}

@Controller('auth')
export class AuthController {
  constructor(@InjectRepository(User) private readonly users: Repository<User>, private readonly jwt: JwtService) {}

  @Public()
  @Post('login')
  @HttpCode(200)
  async login(@Body() body: Credentials): Promise<{ access_token: string }> {
    const user = await this.users.findOneBy({ email: Raw((column) => `lower(${column}) = lower(:email)`, { email: body.email }) })
    if (!user?.is_active || !(await verify(user.password_hash, body.password))) throw new UnauthorizedException()
    return { access_token: await this.jwt.signAsync({ sub: user.id, role: user.role }) }
  }
}
